// Generated from openapi/openapi.yaml by `npm run generate`. Do not edit.

export const baseUrl = "https://services.leadconnectorhq.com";
export const path = "/products/collections";
export const fixedHeaders = {"Version":"2021-07-28"};
export const fixedFields = {"altType":"location"};

export const validateRequestBody = validate10;
const schema11 = {"type":"object","required":["altId","altType","name","slug"],"properties":{"altId":{"type":"string"},"altType":{"const":"location"},"collectionId":{"type":"string","pattern":"^[0-9a-fA-F]{24}$"},"name":{"type":"string"},"slug":{"type":"string","pattern":"^\\S*$"},"image":{"type":"string"},"seo":{"type":"object","properties":{"title":{"type":"string"},"description":{"type":"string"}}}}};
const pattern0 = new RegExp("^[0-9a-fA-F]{24}$", "u");
const pattern1 = new RegExp("^\\S*$", "u");

function validate10(data, {instancePath=""}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.altId === undefined){
errors = (vErrors ??= []).push({instancePath,keyword:"required",params:{missingProperty: "altId"}});
}
if(data.altType === undefined){
errors = (vErrors ??= []).push({instancePath,keyword:"required",params:{missingProperty: "altType"}});
}
if(data.name === undefined){
errors = (vErrors ??= []).push({instancePath,keyword:"required",params:{missingProperty: "name"}});
}
if(data.slug === undefined){
errors = (vErrors ??= []).push({instancePath,keyword:"required",params:{missingProperty: "slug"}});
}
if(data.altId !== undefined){
if(typeof data.altId !== "string"){
errors = (vErrors ??= []).push({instancePath:instancePath+"/altId",keyword:"type",params:{type: "string"}});
}
}
if(data.altType !== undefined){
if("location" !== data.altType){
errors = (vErrors ??= []).push({instancePath:instancePath+"/altType",keyword:"const",params:{allowedValue: "location"}});
}
}
if(data.collectionId !== undefined){
let data2 = data.collectionId;
if(typeof data2 === "string"){
if(!pattern0.test(data2)){
errors = (vErrors ??= []).push({instancePath:instancePath+"/collectionId",keyword:"pattern",params:{pattern: "^[0-9a-fA-F]{24}$"}});
}
}
else {
errors = (vErrors ??= []).push({instancePath:instancePath+"/collectionId",keyword:"type",params:{type: "string"}});
}
}
if(data.name !== undefined){
if(typeof data.name !== "string"){
errors = (vErrors ??= []).push({instancePath:instancePath+"/name",keyword:"type",params:{type: "string"}});
}
}
if(data.slug !== undefined){
let data4 = data.slug;
if(typeof data4 === "string"){
if(!pattern1.test(data4)){
errors = (vErrors ??= []).push({instancePath:instancePath+"/slug",keyword:"pattern",params:{pattern: "^\\S*$"}});
}
}
else {
errors = (vErrors ??= []).push({instancePath:instancePath+"/slug",keyword:"type",params:{type: "string"}});
}
}
if(data.image !== undefined){
if(typeof data.image !== "string"){
errors = (vErrors ??= []).push({instancePath:instancePath+"/image",keyword:"type",params:{type: "string"}});
}
}
if(data.seo !== undefined){
let data6 = data.seo;
if(data6 && typeof data6 == "object" && !Array.isArray(data6)){
if(data6.title !== undefined){
if(typeof data6.title !== "string"){
errors = (vErrors ??= []).push({instancePath:instancePath+"/seo/title",keyword:"type",params:{type: "string"}});
}
}
if(data6.description !== undefined){
if(typeof data6.description !== "string"){
errors = (vErrors ??= []).push({instancePath:instancePath+"/seo/description",keyword:"type",params:{type: "string"}});
}
}
}
else {
errors = (vErrors ??= []).push({instancePath:instancePath+"/seo",keyword:"type",params:{type: "object"}});
}
}
}
else {
errors = (vErrors ??= []).push({instancePath,keyword:"type",params:{type: "object"}});
}
validate10.errors = vErrors;
return errors === 0;
}

export const validate201 = validate11;
const schema12 = {"type":"object","required":["data"],"properties":{"data":{"type":"object","required":["_id","altId","name","slug","image","seo","createdAt"],"properties":{"_id":{"type":"string"},"altId":{"type":"string"},"name":{"type":"string"},"slug":{"type":"string"},"image":{"type":"string"},"seo":{"type":"object","properties":{"title":{"type":"string"},"description":{"type":"string"}}},"createdAt":{"type":"string","format":"date-time"}}}}};
const formats0 = /^\d\d\d\d-[0-1]\d-[0-3]\dt(?:[0-2]\d:[0-5]\d:[0-5]\d|23:59:60)(?:\.\d+)?(?:z|[+-]\d\d(?::?\d\d)?)$/i;

function validate11(data, {instancePath=""}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.data === undefined){
errors = (vErrors ??= []).push({instancePath,keyword:"required",params:{missingProperty: "data"}});
}
if(data.data !== undefined){
let data0 = data.data;
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
if(data0._id === undefined){
errors = (vErrors ??= []).push({instancePath:instancePath+"/data",keyword:"required",params:{missingProperty: "_id"}});
}
if(data0.altId === undefined){
errors = (vErrors ??= []).push({instancePath:instancePath+"/data",keyword:"required",params:{missingProperty: "altId"}});
}
if(data0.name === undefined){
errors = (vErrors ??= []).push({instancePath:instancePath+"/data",keyword:"required",params:{missingProperty: "name"}});
}
if(data0.slug === undefined){
errors = (vErrors ??= []).push({instancePath:instancePath+"/data",keyword:"required",params:{missingProperty: "slug"}});
}
if(data0.image === undefined){
errors = (vErrors ??= []).push({instancePath:instancePath+"/data",keyword:"required",params:{missingProperty: "image"}});
}
if(data0.seo === undefined){
errors = (vErrors ??= []).push({instancePath:instancePath+"/data",keyword:"required",params:{missingProperty: "seo"}});
}
if(data0.createdAt === undefined){
errors = (vErrors ??= []).push({instancePath:instancePath+"/data",keyword:"required",params:{missingProperty: "createdAt"}});
}
if(data0._id !== undefined){
if(typeof data0._id !== "string"){
errors = (vErrors ??= []).push({instancePath:instancePath+"/data/_id",keyword:"type",params:{type: "string"}});
}
}
if(data0.altId !== undefined){
if(typeof data0.altId !== "string"){
errors = (vErrors ??= []).push({instancePath:instancePath+"/data/altId",keyword:"type",params:{type: "string"}});
}
}
if(data0.name !== undefined){
if(typeof data0.name !== "string"){
errors = (vErrors ??= []).push({instancePath:instancePath+"/data/name",keyword:"type",params:{type: "string"}});
}
}
if(data0.slug !== undefined){
if(typeof data0.slug !== "string"){
errors = (vErrors ??= []).push({instancePath:instancePath+"/data/slug",keyword:"type",params:{type: "string"}});
}
}
if(data0.image !== undefined){
if(typeof data0.image !== "string"){
errors = (vErrors ??= []).push({instancePath:instancePath+"/data/image",keyword:"type",params:{type: "string"}});
}
}
if(data0.seo !== undefined){
let data6 = data0.seo;
if(data6 && typeof data6 == "object" && !Array.isArray(data6)){
if(data6.title !== undefined){
if(typeof data6.title !== "string"){
errors = (vErrors ??= []).push({instancePath:instancePath+"/data/seo/title",keyword:"type",params:{type: "string"}});
}
}
if(data6.description !== undefined){
if(typeof data6.description !== "string"){
errors = (vErrors ??= []).push({instancePath:instancePath+"/data/seo/description",keyword:"type",params:{type: "string"}});
}
}
}
else {
errors = (vErrors ??= []).push({instancePath:instancePath+"/data/seo",keyword:"type",params:{type: "object"}});
}
}
if(data0.createdAt !== undefined){
let data9 = data0.createdAt;
if(typeof data9 === "string"){
if(!(formats0.test(data9))){
errors = (vErrors ??= []).push({instancePath:instancePath+"/data/createdAt",keyword:"format",params:{format: "date-time"}});
}
}
else {
errors = (vErrors ??= []).push({instancePath:instancePath+"/data/createdAt",keyword:"type",params:{type: "string"}});
}
}
}
else {
errors = (vErrors ??= []).push({instancePath:instancePath+"/data",keyword:"type",params:{type: "object"}});
}
}
}
else {
errors = (vErrors ??= []).push({instancePath,keyword:"type",params:{type: "object"}});
}
validate11.errors = vErrors;
return errors === 0;
}

export const validate400 = validate12;
const schema13 = {"type":"object","properties":{"statusCode":{"type":"number"},"message":{"type":"string"}}};

function validate12(data, {instancePath=""}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.statusCode !== undefined){
let data0 = data.statusCode;
if(!((typeof data0 == "number") && (isFinite(data0)))){
errors = (vErrors ??= []).push({instancePath:instancePath+"/statusCode",keyword:"type",params:{type: "number"}});
}
}
if(data.message !== undefined){
if(typeof data.message !== "string"){
errors = (vErrors ??= []).push({instancePath:instancePath+"/message",keyword:"type",params:{type: "string"}});
}
}
}
else {
errors = (vErrors ??= []).push({instancePath,keyword:"type",params:{type: "object"}});
}
validate12.errors = vErrors;
return errors === 0;
}

export const validate401 = validate13;
const schema14 = {"type":"object","properties":{"statusCode":{"type":"number"},"message":{"type":"string"},"error":{"type":"string"}}};

function validate13(data, {instancePath=""}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.statusCode !== undefined){
let data0 = data.statusCode;
if(!((typeof data0 == "number") && (isFinite(data0)))){
errors = (vErrors ??= []).push({instancePath:instancePath+"/statusCode",keyword:"type",params:{type: "number"}});
}
}
if(data.message !== undefined){
if(typeof data.message !== "string"){
errors = (vErrors ??= []).push({instancePath:instancePath+"/message",keyword:"type",params:{type: "string"}});
}
}
if(data.error !== undefined){
if(typeof data.error !== "string"){
errors = (vErrors ??= []).push({instancePath:instancePath+"/error",keyword:"type",params:{type: "string"}});
}
}
}
else {
errors = (vErrors ??= []).push({instancePath,keyword:"type",params:{type: "object"}});
}
validate13.errors = vErrors;
return errors === 0;
}

export const validate403 = validate14;
const schema15 = {"type":"object","properties":{"statusCode":{"type":"number"},"message":{"type":"string"}}};

function validate14(data, {instancePath=""}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.statusCode !== undefined){
let data0 = data.statusCode;
if(!((typeof data0 == "number") && (isFinite(data0)))){
errors = (vErrors ??= []).push({instancePath:instancePath+"/statusCode",keyword:"type",params:{type: "number"}});
}
}
if(data.message !== undefined){
if(typeof data.message !== "string"){
errors = (vErrors ??= []).push({instancePath:instancePath+"/message",keyword:"type",params:{type: "string"}});
}
}
}
else {
errors = (vErrors ??= []).push({instancePath,keyword:"type",params:{type: "object"}});
}
validate14.errors = vErrors;
return errors === 0;
}

export const validate422 = validate15;
const schema16 = {"type":"object","properties":{"statusCode":{"type":"number"},"message":{"type":"array","items":{"type":"string"}},"error":{"type":"string"}}};

function validate15(data, {instancePath=""}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.statusCode !== undefined){
let data0 = data.statusCode;
if(!((typeof data0 == "number") && (isFinite(data0)))){
errors = (vErrors ??= []).push({instancePath:instancePath+"/statusCode",keyword:"type",params:{type: "number"}});
}
}
if(data.message !== undefined){
let data1 = data.message;
if(Array.isArray(data1)){
const len0 = data1.length;
for(let i0=0; i0<len0; i0++){
if(typeof data1[i0] !== "string"){
errors = (vErrors ??= []).push({instancePath:instancePath+"/message/" + i0,keyword:"type",params:{type: "string"}});
}
}
}
else {
errors = (vErrors ??= []).push({instancePath:instancePath+"/message",keyword:"type",params:{type: "array"}});
}
}
if(data.error !== undefined){
if(typeof data.error !== "string"){
errors = (vErrors ??= []).push({instancePath:instancePath+"/error",keyword:"type",params:{type: "string"}});
}
}
}
else {
errors = (vErrors ??= []).push({instancePath,keyword:"type",params:{type: "object"}});
}
validate15.errors = vErrors;
return errors === 0;
}

export const validateResponseBody = {
  201: validate201,
  400: validate400,
  401: validate401,
  403: validate403,
  422: validate422,
  429: null,
};
