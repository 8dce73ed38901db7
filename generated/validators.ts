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

function validate21(data, {instancePath=""}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.altId === undefined){
errors = (vErrors ??= []).push({path:instancePath+"/altId",keyword:"required",message:"is required"});
}
if(data.altType === undefined){
errors = (vErrors ??= []).push({path:instancePath+"/altType",keyword:"required",message:"is required"});
}
if(data.name === undefined){
errors = (vErrors ??= []).push({path:instancePath+"/name",keyword:"required",message:"is required"});
}
if(data.slug === undefined){
errors = (vErrors ??= []).push({path:instancePath+"/slug",keyword:"required",message:"is required"});
}
if(data.altId !== undefined){
if(typeof data.altId !== "string"){
errors = (vErrors ??= []).push({path:instancePath+"/altId",keyword:"type",message:"must be string"});
}
}
if(data.altType !== undefined){
let data1 = data.altType;
if(typeof data1 !== "string"){
errors = (vErrors ??= []).push({path:instancePath+"/altType",keyword:"type",message:"must be string"});
}
if(!(data1 === "location")){
errors = (vErrors ??= []).push({path:instancePath+"/altType",keyword:"enum",message:"must be one of \"location\""});
}
}
if(data.collectionId !== undefined){
let data2 = data.collectionId;
if(typeof data2 === "string"){
if(!pattern4.test(data2)){
errors = (vErrors ??= []).push({path:instancePath+"/collectionId",keyword:"pattern",message:"must match pattern \""+"^[0-9a-fA-F]{24}$"+"\""});
}
}
else {
errors = (vErrors ??= []).push({path:instancePath+"/collectionId",keyword:"type",message:"must be string"});
}
}
if(data.name !== undefined){
if(typeof data.name !== "string"){
errors = (vErrors ??= []).push({path:instancePath+"/name",keyword:"type",message:"must be string"});
}
}
if(data.slug !== undefined){
let data4 = data.slug;
if(typeof data4 === "string"){
if(!pattern5.test(data4)){
errors = (vErrors ??= []).push({path:instancePath+"/slug",keyword:"pattern",message:"must match pattern \""+"^\\S*$"+"\""});
}
}
else {
errors = (vErrors ??= []).push({path:instancePath+"/slug",keyword:"type",message:"must be string"});
}
}
if(data.image !== undefined){
if(typeof data.image !== "string"){
errors = (vErrors ??= []).push({path:instancePath+"/image",keyword:"type",message:"must be string"});
}
}
if(data.seo !== undefined){
let data6 = data.seo;
if(data6 && typeof data6 == "object" && !Array.isArray(data6)){
if(data6.title !== undefined){
if(typeof data6.title !== "string"){
errors = (vErrors ??= []).push({path:instancePath+"/seo/title",keyword:"type",message:"must be string"});
}
}
if(data6.description !== undefined){
if(typeof data6.description !== "string"){
errors = (vErrors ??= []).push({path:instancePath+"/seo/description",keyword:"type",message:"must be string"});
}
}
}
else {
errors = (vErrors ??= []).push({path:instancePath+"/seo",keyword:"type",message:"must be object"});
}
}
}
else {
errors = (vErrors ??= []).push({path:instancePath,keyword:"type",message:"must be object"});
}
validate21.errors = vErrors;
return errors === 0;
}

export const createProductCollection201: Validator<operations["createProductCollection"]["responses"][201]["content"]["application/json"]> = validate22;
const formats0 = /^\d\d\d\d-[0-1]\d-[0-3]\dt(?:[0-2]\d:[0-5]\d:[0-5]\d|23:59:60)(?:\.\d+)?(?:z|[+-]\d\d(?::?\d\d)?)$/i;

function validate23(data, {instancePath=""}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data._id === undefined){
errors = (vErrors ??= []).push({path:instancePath+"/_id",keyword:"required",message:"is required"});
}
if(data.altId === undefined){
errors = (vErrors ??= []).push({path:instancePath+"/altId",keyword:"required",message:"is required"});
}
if(data.name === undefined){
errors = (vErrors ??= []).push({path:instancePath+"/name",keyword:"required",message:"is required"});
}
if(data.slug === undefined){
errors = (vErrors ??= []).push({path:instancePath+"/slug",keyword:"required",message:"is required"});
}
if(data.image === undefined){
errors = (vErrors ??= []).push({path:instancePath+"/image",keyword:"required",message:"is required"});
}
if(data.seo === undefined){
errors = (vErrors ??= []).push({path:instancePath+"/seo",keyword:"required",message:"is required"});
}
if(data.createdAt === undefined){
errors = (vErrors ??= []).push({path:instancePath+"/createdAt",keyword:"required",message:"is required"});
}
if(data._id !== undefined){
if(typeof data._id !== "string"){
errors = (vErrors ??= []).push({path:instancePath+"/_id",keyword:"type",message:"must be string"});
}
}
if(data.altId !== undefined){
if(typeof data.altId !== "string"){
errors = (vErrors ??= []).push({path:instancePath+"/altId",keyword:"type",message:"must be string"});
}
}
if(data.name !== undefined){
if(typeof data.name !== "string"){
errors = (vErrors ??= []).push({path:instancePath+"/name",keyword:"type",message:"must be string"});
}
}
if(data.slug !== undefined){
if(typeof data.slug !== "string"){
errors = (vErrors ??= []).push({path:instancePath+"/slug",keyword:"type",message:"must be string"});
}
}
if(data.image !== undefined){
if(typeof data.image !== "string"){
errors = (vErrors ??= []).push({path:instancePath+"/image",keyword:"type",message:"must be string"});
}
}
if(data.seo !== undefined){
let data5 = data.seo;
if(data5 && typeof data5 == "object" && !Array.isArray(data5)){
if(data5.title !== undefined){
if(typeof data5.title !== "string"){
errors = (vErrors ??= []).push({path:instancePath+"/seo/title",keyword:"type",message:"must be string"});
}
}
if(data5.description !== undefined){
if(typeof data5.description !== "string"){
errors = (vErrors ??= []).push({path:instancePath+"/seo/description",keyword:"type",message:"must be string"});
}
}
}
else {
errors = (vErrors ??= []).push({path:instancePath+"/seo",keyword:"type",message:"must be object"});
}
}
if(data.createdAt !== undefined){
let data8 = data.createdAt;
if(typeof data8 === "string"){
if(!(formats0.test(data8))){
errors = (vErrors ??= []).push({path:instancePath+"/createdAt",keyword:"format",message:"must match format \""+"date-time"+"\""});
}
}
else {
errors = (vErrors ??= []).push({path:instancePath+"/createdAt",keyword:"type",message:"must be string"});
}
}
}
else {
errors = (vErrors ??= []).push({path:instancePath,keyword:"type",message:"must be object"});
}
validate23.errors = vErrors;
return errors === 0;
}


function validate22(data, {instancePath=""}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.data === undefined){
errors = (vErrors ??= []).push({path:instancePath+"/data",keyword:"required",message:"is required"});
}
if(data.data !== undefined){
if(!(validate23(data.data, {instancePath:instancePath+"/data"}))){
vErrors = vErrors === null ? validate23.errors : vErrors.concat(validate23.errors);
errors = vErrors.length;
}
}
}
else {
errors = (vErrors ??= []).push({path:instancePath,keyword:"type",message:"must be object"});
}
validate22.errors = vErrors;
return errors === 0;
}

export const createProductCollection400: Validator<operations["createProductCollection"]["responses"][400]["content"]["application/json"]> = validate25;

function validate25(data, {instancePath=""}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.statusCode !== undefined){
if(!(typeof data.statusCode == "number")){
errors = (vErrors ??= []).push({path:instancePath+"/statusCode",keyword:"type",message:"must be number"});
}
}
if(data.message !== undefined){
if(typeof data.message !== "string"){
errors = (vErrors ??= []).push({path:instancePath+"/message",keyword:"type",message:"must be string"});
}
}
}
else {
errors = (vErrors ??= []).push({path:instancePath,keyword:"type",message:"must be object"});
}
validate25.errors = vErrors;
return errors === 0;
}

export const createProductCollection401: Validator<operations["createProductCollection"]["responses"][401]["content"]["application/json"]> = validate26;

function validate26(data, {instancePath=""}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.statusCode !== undefined){
if(!(typeof data.statusCode == "number")){
errors = (vErrors ??= []).push({path:instancePath+"/statusCode",keyword:"type",message:"must be number"});
}
}
if(data.message !== undefined){
if(typeof data.message !== "string"){
errors = (vErrors ??= []).push({path:instancePath+"/message",keyword:"type",message:"must be string"});
}
}
if(data.error !== undefined){
if(typeof data.error !== "string"){
errors = (vErrors ??= []).push({path:instancePath+"/error",keyword:"type",message:"must be string"});
}
}
}
else {
errors = (vErrors ??= []).push({path:instancePath,keyword:"type",message:"must be object"});
}
validate26.errors = vErrors;
return errors === 0;
}

export const createProductCollection422: Validator<operations["createProductCollection"]["responses"][422]["content"]["application/json"]> = validate28;

function validate28(data, {instancePath=""}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.statusCode !== undefined){
if(!(typeof data.statusCode == "number")){
errors = (vErrors ??= []).push({path:instancePath+"/statusCode",keyword:"type",message:"must be number"});
}
}
if(data.message !== undefined){
let data1 = data.message;
if(Array.isArray(data1)){
const len0 = data1.length;
for(let i0=0; i0<len0; i0++){
if(typeof data1[i0] !== "string"){
errors = (vErrors ??= []).push({path:instancePath+"/message/" + i0,keyword:"type",message:"must be string"});
}
}
}
else {
errors = (vErrors ??= []).push({path:instancePath+"/message",keyword:"type",message:"must be array"});
}
}
if(data.error !== undefined){
if(typeof data.error !== "string"){
errors = (vErrors ??= []).push({path:instancePath+"/error",keyword:"type",message:"must be string"});
}
}
}
else {
errors = (vErrors ??= []).push({path:instancePath,keyword:"type",message:"must be object"});
}
validate28.errors = vErrors;
return errors === 0;
}

export const createProductCollection403: Validator<operations["createProductCollection"]["responses"][403]["content"]["application/json"]> = createProductCollection400;
