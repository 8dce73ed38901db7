// Generated from openapi/openapi.yaml by `npm run generate`. Do not edit.
// @ts-nocheck: JavaScript, as Ajv wrote it.
import type { operations } from "./openapi.js";

/** One place where a value breaks the contract. */
export interface Issue {
  /** A JSON pointer (RFC 6901) into the value; the empty string points at all of it. */
  readonly path: string;
  /** The keyword of JSON Schema that is broken, for example `type`, `required` or `pattern`. */
  readonly keyword: string;
  /** What is wrong there, for example `must be string`. */
  readonly message: string;
}

/** A validator: `errors` has every issue of the latest value that it was called with. */
export interface Validator<T = unknown> {
  (value: unknown): value is T;
  errors?: readonly Issue[] | null;
}

"use strict";
export const createProductCollectionBody: Validator<operations["createProductCollection"]["requestBody"]["content"]["application/json"]> = validate21;
const pattern4 = /* @__PURE__ */ new RegExp("^[0-9a-fA-F]{24}$", "u");
const pattern5 = /* @__PURE__ */ new RegExp("^\\S*$", "u");

function validate21(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.altId === undefined){
const err0 = {path:instancePath+"/altId",keyword:"required",message:"is required"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.altType === undefined){
const err1 = {path:instancePath+"/altType",keyword:"required",message:"is required"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data.name === undefined){
const err2 = {path:instancePath+"/name",keyword:"required",message:"is required"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(data.slug === undefined){
const err3 = {path:instancePath+"/slug",keyword:"required",message:"is required"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(data.altId !== undefined){
if(typeof data.altId !== "string"){
const err4 = {path:instancePath+"/altId",keyword:"type",message:"must be string"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.altType !== undefined){
let data1 = data.altType;
if(typeof data1 !== "string"){
const err5 = {path:instancePath+"/altType",keyword:"type",message:"must be string"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(!(data1 === "location")){
const err6 = {path:instancePath+"/altType",keyword:"enum",message:"must be one of \"location\""};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data.collectionId !== undefined){
let data2 = data.collectionId;
if(typeof data2 === "string"){
if(!pattern4.test(data2)){
const err7 = {path:instancePath+"/collectionId",keyword:"pattern",message:"must match pattern \""+"^[0-9a-fA-F]{24}$"+"\""};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
else {
const err8 = {path:instancePath+"/collectionId",keyword:"type",message:"must be string"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data.name !== undefined){
if(typeof data.name !== "string"){
const err9 = {path:instancePath+"/name",keyword:"type",message:"must be string"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data.slug !== undefined){
let data4 = data.slug;
if(typeof data4 === "string"){
if(!pattern5.test(data4)){
const err10 = {path:instancePath+"/slug",keyword:"pattern",message:"must match pattern \""+"^\\S*$"+"\""};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
else {
const err11 = {path:instancePath+"/slug",keyword:"type",message:"must be string"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data.image !== undefined){
if(typeof data.image !== "string"){
const err12 = {path:instancePath+"/image",keyword:"type",message:"must be string"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data.seo !== undefined){
let data6 = data.seo;
if(data6 && typeof data6 == "object" && !Array.isArray(data6)){
if(data6.title !== undefined){
if(typeof data6.title !== "string"){
const err13 = {path:instancePath+"/seo/title",keyword:"type",message:"must be string"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data6.description !== undefined){
if(typeof data6.description !== "string"){
const err14 = {path:instancePath+"/seo/description",keyword:"type",message:"must be string"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
}
else {
const err15 = {path:instancePath+"/seo",keyword:"type",message:"must be object"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
}
else {
const err16 = {path:instancePath,keyword:"type",message:"must be object"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
validate21.errors = vErrors;
return errors === 0;
}

export const createProductCollection201: Validator<operations["createProductCollection"]["responses"][201]["content"]["application/json"]> = validate22;
const formats0 = /^\d\d\d\d-[0-1]\d-[0-3]\dt(?:[0-2]\d:[0-5]\d:[0-5]\d|23:59:60)(?:\.\d+)?(?:z|[+-]\d\d(?::?\d\d)?)$/i;

function validate23(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data._id === undefined){
const err0 = {path:instancePath+"/_id",keyword:"required",message:"is required"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.altId === undefined){
const err1 = {path:instancePath+"/altId",keyword:"required",message:"is required"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data.name === undefined){
const err2 = {path:instancePath+"/name",keyword:"required",message:"is required"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(data.slug === undefined){
const err3 = {path:instancePath+"/slug",keyword:"required",message:"is required"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(data.image === undefined){
const err4 = {path:instancePath+"/image",keyword:"required",message:"is required"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
if(data.seo === undefined){
const err5 = {path:instancePath+"/seo",keyword:"required",message:"is required"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(data.createdAt === undefined){
const err6 = {path:instancePath+"/createdAt",keyword:"required",message:"is required"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if(data._id !== undefined){
if(typeof data._id !== "string"){
const err7 = {path:instancePath+"/_id",keyword:"type",message:"must be string"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data.altId !== undefined){
if(typeof data.altId !== "string"){
const err8 = {path:instancePath+"/altId",keyword:"type",message:"must be string"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data.name !== undefined){
if(typeof data.name !== "string"){
const err9 = {path:instancePath+"/name",keyword:"type",message:"must be string"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data.slug !== undefined){
if(typeof data.slug !== "string"){
const err10 = {path:instancePath+"/slug",keyword:"type",message:"must be string"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data.image !== undefined){
if(typeof data.image !== "string"){
const err11 = {path:instancePath+"/image",keyword:"type",message:"must be string"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data.seo !== undefined){
let data5 = data.seo;
if(data5 && typeof data5 == "object" && !Array.isArray(data5)){
if(data5.title !== undefined){
if(typeof data5.title !== "string"){
const err12 = {path:instancePath+"/seo/title",keyword:"type",message:"must be string"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data5.description !== undefined){
if(typeof data5.description !== "string"){
const err13 = {path:instancePath+"/seo/description",keyword:"type",message:"must be string"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
}
else {
const err14 = {path:instancePath+"/seo",keyword:"type",message:"must be object"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
if(data.createdAt !== undefined){
let data8 = data.createdAt;
if(typeof data8 === "string"){
if(!(formats0.test(data8))){
const err15 = {path:instancePath+"/createdAt",keyword:"format",message:"must match format \""+"date-time"+"\""};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
else {
const err16 = {path:instancePath+"/createdAt",keyword:"type",message:"must be string"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
}
else {
const err17 = {path:instancePath,keyword:"type",message:"must be object"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
validate23.errors = vErrors;
return errors === 0;
}


function validate22(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.data === undefined){
const err0 = {path:instancePath+"/data",keyword:"required",message:"is required"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.data !== undefined){
if(!(validate23(data.data, {instancePath:instancePath+"/data",parentData:data,parentDataProperty:"data",rootData}))){
vErrors = vErrors === null ? validate23.errors : vErrors.concat(validate23.errors);
errors = vErrors.length;
}
}
}
else {
const err1 = {path:instancePath,keyword:"type",message:"must be object"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
validate22.errors = vErrors;
return errors === 0;
}

export const createProductCollection400: Validator<operations["createProductCollection"]["responses"][400]["content"]["application/json"]> = validate25;

function validate25(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.statusCode !== undefined){
if(!(typeof data.statusCode == "number")){
const err0 = {path:instancePath+"/statusCode",keyword:"type",message:"must be number"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.message !== undefined){
if(typeof data.message !== "string"){
const err1 = {path:instancePath+"/message",keyword:"type",message:"must be string"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
}
else {
const err2 = {path:instancePath,keyword:"type",message:"must be object"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
validate25.errors = vErrors;
return errors === 0;
}

export const createProductCollection401: Validator<operations["createProductCollection"]["responses"][401]["content"]["application/json"]> = validate26;

function validate26(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.statusCode !== undefined){
if(!(typeof data.statusCode == "number")){
const err0 = {path:instancePath+"/statusCode",keyword:"type",message:"must be number"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.message !== undefined){
if(typeof data.message !== "string"){
const err1 = {path:instancePath+"/message",keyword:"type",message:"must be string"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.error !== undefined){
if(typeof data.error !== "string"){
const err2 = {path:instancePath+"/error",keyword:"type",message:"must be string"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
}
else {
const err3 = {path:instancePath,keyword:"type",message:"must be object"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
validate26.errors = vErrors;
return errors === 0;
}

export const createProductCollection403: Validator<operations["createProductCollection"]["responses"][403]["content"]["application/json"]> = validate27;

function validate27(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.statusCode !== undefined){
if(!(typeof data.statusCode == "number")){
const err0 = {path:instancePath+"/statusCode",keyword:"type",message:"must be number"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.message !== undefined){
if(typeof data.message !== "string"){
const err1 = {path:instancePath+"/message",keyword:"type",message:"must be string"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
}
else {
const err2 = {path:instancePath,keyword:"type",message:"must be object"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
validate27.errors = vErrors;
return errors === 0;
}

export const createProductCollection422: Validator<operations["createProductCollection"]["responses"][422]["content"]["application/json"]> = validate28;

function validate28(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.statusCode !== undefined){
if(!(typeof data.statusCode == "number")){
const err0 = {path:instancePath+"/statusCode",keyword:"type",message:"must be number"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.message !== undefined){
let data1 = data.message;
if(Array.isArray(data1)){
const len0 = data1.length;
for(let i0=0; i0<len0; i0++){
if(typeof data1[i0] !== "string"){
const err1 = {path:instancePath+"/message/" + i0,keyword:"type",message:"must be string"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
}
else {
const err2 = {path:instancePath+"/message",keyword:"type",message:"must be array"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.error !== undefined){
if(typeof data.error !== "string"){
const err3 = {path:instancePath+"/error",keyword:"type",message:"must be string"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
}
else {
const err4 = {path:instancePath,keyword:"type",message:"must be object"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
validate28.errors = vErrors;
return errors === 0;
}

